// Loaded into a child before its own code: when the parent is gone, killed too, the child shuts down as on SIGTERM.
if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
