// Made by `npm run contracts -- generate` from topics/; do not edit.

/** An account was closed; other services forget its person. */
export interface UserDeletedData {
  readonly userId: string;
  readonly reason: string;
  readonly deletedAt: string;
}

export interface UserLoginLocation {
  readonly country: string;
  readonly city: string;
}

/** Someone signed in to an account. */
export interface UserLoginData {
  readonly userId: string;
  readonly loginMethod: 'password' | 'social' | 'sso';
  readonly ipAddress: string;
  readonly location: UserLoginLocation;
  readonly userAgent?: string | undefined;
  readonly loggedInAt?: string | undefined;
}

/** Fields of a profile changed; the values are those after the change. */
export interface UserProfileUpdatedData {
  readonly userId: string;
  /** Names of the fields that changed; one that is named and absent was removed. */
  readonly changedFields: readonly string[];
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
  readonly updatedAt: string;
}

/** An account was created. */
export interface UserRegisteredData {
  readonly userId: string;
  readonly email: string;
  readonly registrationMethod: 'email' | 'social' | 'phone';
  readonly isEmailVerified: boolean;
  readonly name?: string | undefined;
  readonly registeredAt?: string | undefined;
}
