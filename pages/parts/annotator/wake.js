// Reruns the whole page, from outside the fragment; see annotator.py.

export default function ({ setStateValue }) {
  globalThis.spotcheckWake = () => setStateValue("woken", Date.now());
  return () => {
    delete globalThis.spotcheckWake;
  };
}
