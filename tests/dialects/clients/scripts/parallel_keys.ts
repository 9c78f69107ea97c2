// Reads a run that nobody has; prints the class, the status and the message of the refusal.
import Parallel from 'parallel-web';

try {
  await new Parallel().beta.findall.retrieve('findall_' + '0'.repeat(32));
} catch (error: any) {
  console.log(JSON.stringify([error.constructor.name, error.status, error.error.error.message]));
}
