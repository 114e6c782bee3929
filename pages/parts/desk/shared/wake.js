// What stands outside the fragment: it brings all scripts, once, and reruns the whole page; see annotator.py.

(globalThis.spotcheckDesks ??= new Map()).set(desk.name, mount);
globalThis.dispatchEvent(new Event("spotcheck:desk"));

export default function ({ setStateValue }) {
  globalThis.spotcheckWake = () => setStateValue("woken", Date.now());
  return () => {
    delete globalThis.spotcheckWake;
  };
}
