// onLinkEvent's objects: {name, properties, meta}. Never a credential, an answer or a note in them.

export function createEvents({ post, linkType }) {
  const screens = []; // {tag, name, duration}: what `trackedScreens` of the result tells
  let current = null;
  let state = null;
  let isOpen = false;

  function emit(name, properties = {}) {
    const meta = {
      link_type: state?.link_type ?? linkType,
      timestamp: new Date().toISOString(),
      link_session_id: state?.link_session_id ?? null, // null: there is no such session
    };
    if (state?.institution) {
      meta.institution_id = state.institution.id;
      meta.institution_name = state.institution.name;
    }
    post('link.event', { name, properties, meta });
  }

  // Once, however often loading is tried.
  function open() {
    if (isOpen) return;
    isOpen = true;
    emit('open');
  }

  function leaveScreen() {
    if (current === null) return;
    const { tag, name, since } = current;
    screens.push({ tag, name, duration: Math.round(performance.now() - since) / 1000 });
    current = null;
  }

  function enterScreen(tag, name) {
    if (current?.name === name) return;
    leaveScreen();
    current = { tag, name, since: performance.now() };
    emit('change_screen', { current_screen_name: name });
  }

  return {
    emit,
    open,
    enterScreen,
    setState: (next) => {
      state = next;
    },
    screenName: () => current?.name ?? null,
    trackedScreens() {
      leaveScreen();
      return screens;
    },
  };
}
