function handler(event) {
  var request = event.request;
  var language = (request.headers['accept-language'] || { value: 'en' }).value.slice(0, 2);
  request.uri = request.uri.replace('/app/', `/app/${language}/`);
  return request;
}
