(function () {
  var field = document.getElementById("search"), said = document.getElementById("said");
  var rows = Array.prototype.slice.call(document.querySelectorAll("tbody tr"));
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  field.form.hidden = false;
  field.form.addEventListener("submit", function (event) { event.preventDefault(); });
  field.addEventListener("input", function () {
    var words = field.value.toLowerCase().split(/\s+/), shown = 0;
    rows.forEach(function (row, i) {
      var fits = words.every(function (word) { return texts[i].indexOf(word) >= 0; });
      row.hidden = !fits;
      shown += fits;
    });
    said.textContent = shown + " of " + rows.length + " shown";
  });
})();
