# Fetches the results of a closed wave and draws the mean of each construct, all organisations together.
#
#   READINESS_TOKEN=readiness_... Rscript results.R https://survey.example.org north 1 chart.pdf
#
# Needs R with the package jsonlite (Debian: r-base-core, r-cran-jsonlite) and curl.
library(jsonlite)

arguments <- commandArgs(trailingOnly = TRUE)
server <- arguments[1]
path <- sprintf("/api/v1/assessments/%s/waves/%s/results", URLencode(arguments[2], TRUE), URLencode(arguments[3], TRUE))

# The token goes to curl on its standard input, where no other program of this machine can read it.
fetch <- function(url) {
  config <- sprintf('header = "Authorization: Bearer %s"', Sys.getenv("READINESS_TOKEN"))
  text <- system2("curl", c("--silent", "--show-error", "--fail", "--config", "-", shQuote(url)), stdout = TRUE, input = config)
  fromJSON(paste(text, collapse = "\n"), simplifyVector = FALSE)
}

rows <- list()
cursor <- NULL
repeat {
  page <- fetch(paste0(server, path, if (is.null(cursor)) "" else paste0("?cursor=", cursor)))
  rows <- c(rows, page$items)
  cursor <- page$`next`
  if (is.null(cursor)) break
}

# A withheld mean is a word, one that cannot be computed is NULL.
means <- Filter(function(r) r$organisation == "" && r$group == "" && r$kind == "construct" && r$statistic == "mean" &&
                  is.numeric(r$value), rows)
values <- vapply(means, function(r) r$value, 0)
names(values) <- vapply(means, function(r) r$name, "")

pdf(arguments[4], width = 8, height = 2 + 0.4 * length(values))
par(mar = c(4, 12, 1, 1))
barplot(rev(values), horiz = TRUE, las = 1, col = "#31688e", border = NA, xlab = "mean")
invisible(dev.off())
cat(length(values), "constructs in", arguments[4], "\n")
