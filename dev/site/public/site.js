// What a visitor does beyond reading, told to Edgewise by the site's own code.
const track = (name, properties) => window.edgewise.push(['track', name, properties])

for (const form of document.querySelectorAll('form[data-track]')) {
  form.addEventListener('submit', () =>
    track(form.dataset.track, { plan: form.elements.plan?.value }),
  )
}

for (const link of document.querySelectorAll('a[data-track]')) {
  link.addEventListener('click', () => track(link.dataset.track, { file: link.pathname }))
}

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent)
    button.textContent = 'Copied'
    track('Docs Copied', { page: location.pathname })
  })
}

const calculator = document.querySelector('[data-calculator]')
if (calculator) {
  const input = calculator.querySelector('input')
  const show = () => {
    const shipments = Number(input.value)
    const price = shipments <= 500 ? 390 : 390 + Math.ceil((shipments - 500) / 100) * 24
    calculator.querySelector('[data-shipments]').textContent = shipments.toLocaleString('en')
    calculator.querySelector('[data-price]').textContent = `€${price.toLocaleString('en')}`
  }
  input.addEventListener('input', show)
  input.addEventListener('change', () =>
    track('Pricing Calculated', { shipments: Number(input.value) }),
  )
  show()
}
