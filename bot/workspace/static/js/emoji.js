// The shortcodes that incident channels use; any other stays as it was typed.

const CODES = {
  "+1": "1f44d", thumbsup: "1f44d", "-1": "1f44e", thumbsdown: "1f44e", eyes: "1f440",
  white_check_mark: "2705", heavy_check_mark: "2714", x: "274c", no_entry: "26d4",
  no_entry_sign: "1f6ab", warning: "26a0", rotating_light: "1f6a8", fire: "1f525",
  tada: "1f389", rocket: "1f680", wave: "1f44b", pray: "1f64f", raised_hands: "1f64c",
  clap: "1f44f", muscle: "1f4aa", heart: "2764", thinking_face: "1f914", joy: "1f602",
  smile: "1f604", slightly_smiling_face: "1f642", sob: "1f62d", sweat_smile: "1f605",
  bug: "1f41b", mag: "1f50d", mag_right: "1f50e", microscope: "1f52c", wrench: "1f527",
  hammer_and_wrench: "1f6e0", gear: "2699", lock: "1f512", unlock: "1f513", key: "1f511",
  bell: "1f514", no_bell: "1f515", pager: "1f4df", phone: "260e", email: "1f4e7",
  memo: "1f4dd", pencil: "270f", clipboard: "1f4cb", books: "1f4da", book: "1f4d6",
  link: "1f517", pushpin: "1f4cc", bookmark: "1f516", label: "1f3f7", package: "1f4e6",
  chart_with_upwards_trend: "1f4c8", chart_with_downwards_trend: "1f4c9", bar_chart: "1f4ca",
  hourglass: "231b", hourglass_flowing_sand: "23f3", stopwatch: "23f1", alarm_clock: "23f0",
  clock1: "1f550", calendar: "1f4c5", zap: "26a1", boom: "1f4a5", bulb: "1f4a1",
  red_circle: "1f534", large_orange_circle: "1f7e0", large_yellow_circle: "1f7e1",
  large_green_circle: "1f7e2", large_blue_circle: "1f535", white_circle: "26aa",
  black_circle: "26ab", white_large_square: "2b1c", arrow_right: "27a1", arrow_up: "2b06",
  arrow_down: "2b07", arrows_counterclockwise: "1f504", rewind: "23ea", octagonal_sign: "1f6d1",
  stop_button: "23f9", pause_button: "23f8", arrow_forward: "25b6", information_source: "2139",
  question: "2753", exclamation: "2757", speech_balloon: "1f4ac", robot_face: "1f916",
  female_firefighter: "1f469-200d-1f692", fire_engine: "1f692", ambulance: "1f691",
  satellite: "1f4e1", globe_with_meridians: "1f310", cloud: "2601", floppy_disk: "1f4be",
  computer: "1f4bb", elephant: "1f418", whale: "1f433", snail: "1f40c", ghost: "1f47b",
  "100": "1f4af", ok_hand: "1f44c", point_right: "1f449", dart: "1f3af", scales: "2696",
  shield: "1f6e1", traffic_light: "1f6a6", construction: "1f6a7", recycle: "267b", ok: "1f197",
};

export const QUICK = ["eyes", "white_check_mark", "+1", "raised_hands", "thinking_face", "fire", "tada", "x"];

export function emojiFor(name) {
  const code = CODES[name];
  if (!code) return null;
  return code.split("-").map((part) => String.fromCodePoint(parseInt(part, 16))).join("");
}

export function emojiNames(prefix) {
  return Object.keys(CODES).filter((name) => name.startsWith(prefix)).slice(0, 8);
}
