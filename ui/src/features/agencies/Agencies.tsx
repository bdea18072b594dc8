export function Agencies() {
  return null
}
