# What R computes from a CSV of answers, in the long form of `readiness results`: Rscript expected.R ANSWERS.csv SCALE_POINTS REVERSED BEFORE.csv
# (REVERSED: items named, with commas; BEFORE: "" or the answers of the wave before). Base R, multilevel and psych. Statistics that need
# persons are those of `results`: an item's own statistics as answered, a construct's from scored items.
suppressMessages({library(multilevel); library(psych)})
minimum <- 5
words <- commandArgs(trailingOnly = TRUE)
points <- as.numeric(words[2])
reversed <- strsplit(words[3], ",")[[1]]

read <- function(path) {
  d <- read.csv(path, na.strings = "", check.names = FALSE, colClasses = "character")
  items <- setdiff(names(d), "organisation")
  d[items] <- lapply(d[items], as.numeric)
  for (i in intersect(items, reversed)) d[[i]] <- points + 1 - d[[i]]
  d
}
constructs_of <- function(d) {
  items <- setdiff(names(d), "organisation")
  split(items, factor(sub("[0-9]+$", "", items), unique(sub("[0-9]+$", "", items))))
}
score <- function(x) ifelse(rowSums(!is.na(x)) >= ncol(x) / 2, rowMeans(x, na.rm = TRUE), NA)

say <- function(organisation, kind, name, statistic, value) {
  if (length(value) == 1 && is.finite(value))
    cat(sprintf("%s,%s,%s,%s,%.17g\n", organisation, kind, name, statistic, value))
}
mean_and_interval <- function(organisation, name, s) {
  s <- s[!is.na(s)]
  say(organisation, "construct", name, "n", length(s))
  if (length(s) < 2) return(invisible())
  say(organisation, "construct", name, "mean", mean(s))
  say(organisation, "construct", name, "sd", sd(s))
  if (sd(s) > 0) {
    interval <- t.test(s)$conf.int
    say(organisation, "construct", name, "ci_low", interval[1])
    say(organisation, "construct", name, "ci_high", interval[2])
  }
}
agreement <- function(organisation, name, x) {
  counted <- colSums(!is.na(x)) >= 2
  if (!any(counted)) return(invisible())
  x <- x[, counted, drop = FALSE]
  null <- (points^2 - 1) / 12
  s <- mean(apply(x, 2, var, na.rm = TRUE))
  j <- ncol(x)
  r <- if (s > null) 0 else j * (1 - s / null) / (j * (1 - s / null) + s / null)
  if (!anyNA(x) && j > 1) { # the same from the package
    theirs <- rwg.j(x, rep(1, nrow(x)), ranvar = null)$rwg.j
    stopifnot(isTRUE(all.equal(theirs, r)))
  }
  deviation <- mean(apply(x, 2, function(v) mean(abs(v - mean(v, na.rm = TRUE)), na.rm = TRUE)))
  if (!anyNA(x) && j > 1)
    stopifnot(isTRUE(all.equal(ad.m(x, rep(1, nrow(x)))$AD.M, deviation)))
  say(organisation, "construct", name, "rwgj", r)
  say(organisation, "construct", name, "ad", deviation)
}
between <- function(name, s, g) {
  # organisations that may not be told from one another (fewer than the minimum) are no groups of the analysis
  kept <- !is.na(s)
  kept <- kept & g %in% names(which(table(g[kept]) >= minimum))
  s <- s[kept]; g <- factor(g[kept])
  if (nlevels(g) < 2) return(invisible())
  fit <- aov(s ~ g)
  table <- summary(fit)[[1]]
  n <- as.numeric(table(g))
  b <- table[1, 3]; w <- table[2, 3]
  k0 <- (sum(n) - sum(n^2) / sum(n)) / (length(n) - 1)
  say("", "construct", name, "icc1", (b - w) / (b + (k0 - 1) * w))
  say("", "construct", name, "icc2", ICC2(fit))
  say("", "construct", name, "f", table[1, 4])
  say("", "construct", name, "p", table[1, 5])
}
consistency <- function(name, x) {
  x <- x[complete.cases(x), , drop = FALSE]
  if (nrow(x) < 30 || ncol(x) < 2) return(invisible())
  if (any(apply(x, 2, var) == 0)) return(invisible())
  a <- suppressMessages(suppressWarnings(alpha(x, check.keys = FALSE, warnings = FALSE)))
  say("", "construct", name, "alpha", a$total$raw_alpha)
  for (i in names(x)) {
    say("", "item", i, "item_rest", a$item.stats[i, "r.drop"])
    if (ncol(x) > 2) say("", "item", i, "alpha_without", a$alpha.drop[i, "raw_alpha"])
  }
  if (ncol(x) >= 3 && nrow(x) >= 50) {
    l <- try(factanal(x, 1, control = list(nstart = 5))$loadings[, 1], silent = TRUE)
    if (!inherits(l, "try-error")) say("", "construct", name, "omega", sum(l)^2 / (sum(l)^2 + sum(1 - l^2)))
  }
}
change <- function(organisation, name, before, now) {
  before <- before[!is.na(before)]; now <- now[!is.na(now)]
  if (length(before) < 2 || length(now) < 2 || sd(before) + sd(now) == 0) return(invisible())
  t <- t.test(now, before)
  say(organisation, "construct", name, "change", mean(now) - mean(before))
  say(organisation, "construct", name, "change_low", t$conf.int[1])
  say(organisation, "construct", name, "change_high", t$conf.int[2])
  df <- length(now) + length(before) - 2
  pooled <- sqrt(((length(now) - 1) * var(now) + (length(before) - 1) * var(before)) / df)
  say(organisation, "construct", name, "g", (mean(now) - mean(before)) / pooled * (1 - 3 / (4 * df - 1)))
}

d <- read(words[1])
was <- if (nzchar(words[4])) read(words[4])
cat("organisation,kind,name,statistic,value\n")
for (name in names(constructs_of(d))) {
  items <- constructs_of(d)[[name]]
  x <- d[items]
  s <- score(x)
  mean_and_interval("", name, s)
  between(name, s, d$organisation)
  consistency(name, x)
  for (g in unique(d$organisation)) {
    mean_and_interval(g, name, s[d$organisation == g])
    agreement(g, name, x[d$organisation == g, , drop = FALSE])
  }
  if (!is.null(was) && all(items %in% names(was))) {
    before <- score(was[items])
    change("", name, before, s)
    for (g in intersect(unique(d$organisation), unique(was$organisation)))
      change(g, name, before[was$organisation == g], s[d$organisation == g])
  }
}
