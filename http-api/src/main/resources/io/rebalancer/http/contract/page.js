// The default layout needs no inline style, and no validator on another site gets the document.
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#contract',
  validatorUrl: null,
  queryConfigEnabled: false,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0
});
