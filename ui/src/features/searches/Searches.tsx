export function Searches() {
  return null
}
