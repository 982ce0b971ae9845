// The error objects that events and `link.exit` carry.

export function errorObject({ error_id, displayed_message, request_id }) {
  return { error_id, displayed_message, request_id: request_id ?? null };
}

// MoneyKit's own word for a session that was abandoned so long that it timed out.
export const EXPIRED = errorObject({
  error_id: 'user_error',
  displayed_message: 'This session has expired.',
});

// What ends a session that cannot be finished by itself: connect_auto names what it does not offer.
export const refused = ({ message }) =>
  errorObject({ error_id: 'user_error', displayed_message: message });

// Ours: what an app gets when its user would rather type account and routing number.
export const MANUALLY = errorObject({
  error_id: 'connect_manually',
  displayed_message: 'The user wants to connect manually.',
});
