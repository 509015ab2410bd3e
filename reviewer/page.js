(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  document.getElementById("theme").addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; });
  const search = document.getElementById("search");
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    all("[data-text]").forEach((row) => { row.hidden = !words.every((word) => row.dataset.text.includes(word)); });
    const shown = all("[data-text]").filter((row) => !row.hidden).length;
    document.getElementById("count").textContent = words.length ? `${shown} shown` : "";
  };
  search.addEventListener("input", filter);
  document.getElementById("fold").addEventListener("click", () => {
    const open = all("details").some((one) => !one.open);
    all("details").forEach((one) => { one.open = open; });
  });
})();
