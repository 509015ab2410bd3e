const handler = (event) => {
  event.response.headers['x-served-by'] = { value: 'edge' };
  return event.response;
};
