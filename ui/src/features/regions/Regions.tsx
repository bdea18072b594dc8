export function Regions() {
  return null
}
