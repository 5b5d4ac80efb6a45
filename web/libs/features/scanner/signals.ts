/** Sound and touch for hands that are busy and eyes that look at the goods. */
let audio: AudioContext | undefined;

/** A short beep: high for a scan that went well, low for one that did not. Silent where sound is not allowed. */
export function beep(good = true): void {
  try {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') void audio.resume();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const now = audio.currentTime;
    const length = good ? 0.09 : 0.28;
    tone.type = good ? 'sine' : 'triangle';
    tone.frequency.value = good ? 1480 : 240;
    volume.gain.setValueAtTime(0.0001, now);
    volume.gain.exponentialRampToValueAtTime(0.18, now + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(now);
    tone.stop(now + length);
  } catch {
    // A device without sound scans all the same.
  }
  // Browsers refuse to vibrate, with a warning, until the page was touched.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(good ? 40 : [60, 60, 60]);
}
