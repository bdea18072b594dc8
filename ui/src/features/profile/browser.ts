/** browserOf makes of what a browser calls itself what people call it: «Chrome 142, Windows». */
export function browserOf(agent: string): string {
  const browsers: [RegExp, string][] = [
    [/YaBrowser\/(\d+)/, 'Яндекс Браузер'],
    [/Edg\/(\d+)/, 'Edge'],
    [/OPR\/(\d+)/, 'Opera'],
    [/Firefox\/(\d+)/, 'Firefox'],
    [/Chrome\/(\d+)/, 'Chrome'],
    [/Version\/(\d+).*Safari/, 'Safari'],
  ]
  const systems: [RegExp, string][] = [
    [/Android/, 'Android'],
    [/iPhone|iPad/, 'iOS'],
    [/Windows/, 'Windows'],
    [/Mac OS X/, 'macOS'],
    [/Linux/, 'Linux'],
  ]
  const system = systems.find(([r]) => r.test(agent))?.[1]
  for (const [r, name] of browsers) {
    const version = r.exec(agent)?.[1]
    if (version) return `${name} ${version}${system ? `, ${system}` : ''}`
  }
  return agent.slice(0, 80) || '—'
}
