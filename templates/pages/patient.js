(function () {
  var visits = document.querySelectorAll("details.visit");
  var button = document.getElementById("all");
  function show() {
    var found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (found && found.tagName === "DETAILS") { found.open = true; found.scrollIntoView(); }
  }
  if (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var open = button.getAttribute("aria-pressed") !== "true";
      visits.forEach(function (visit) { visit.open = open; });
      button.setAttribute("aria-pressed", String(open));
    });
  }
  window.addEventListener("hashchange", show);
  show();
})();
