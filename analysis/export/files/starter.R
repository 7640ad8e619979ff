# The result that the study is about, from its tables:
#
#     Rscript starter.R [folder]
#
# primary.csv says what is compared, and by which test.
#
# Ratings of songs: a linear mixed model of the single ratings, with participants
# and songs as samples, by the package lmerTest; with lme4 alone the difference
# and its standard error, without p. Base R has no such model: without both it is
# a t test of participants' means, which takes the songs for granted and finds too
# much where conditions have songs of their own. It is said on the way, and test
# in what is printed names it.
# Ratings of playlists: each participant's values in a condition are averaged
# first; then a paired t test where every participant has both conditions, else
# Welch's.
# One condition alone: Spearman's correlation of playlists' ratings with each
# metric, participants left out in turn for p. (Its interval, a bootstrap, is in
# the report's cohesion_vs_rating.csv.)
#
# Prints CSV: means of a and b, their difference (estimate) with standard error
# and interval, t (statistic), df, p; or the correlation (estimate), df, p.

folder <- c(commandArgs(trailingOnly = TRUE), ".")[1]
FEWEST <- 7 # participants, for the p of a correlation

read_table <- function(name) {
  read.csv(file.path(folder, paste0(name, ".csv")), colClasses = "character",
           na.strings = "", check.names = FALSE, encoding = "UTF-8")
}

# The rows of a file that the plan leaves in, with the outcome as numbers.
read_rows <- function(primary) {
  rows <- read_table(primary$file)
  if ("excluded" %in% names(rows)) rows <- rows[!(rows$excluded %in% "True"), ]
  rows$value <- as.numeric(rows[[primary$column]])
  rows[!is.na(rows$value), ]
}

row_of <- function(primary, ...) {
  row <- list(
    outcome = paste0(primary$file, ".", primary$column),
    condition_a = primary$condition_a, condition_b = primary$condition_b,
    metric = primary$metric, test = primary$test, n_a = NA, n_b = NA, mean_a = NA,
    mean_b = NA, estimate = NA, se = NA, estimate_ci_low = NA, estimate_ci_high = NA,
    statistic = NA, df = NA, p = NA, status = "ok"
  )
  as.data.frame(modifyList(row, list(...)), stringsAsFactors = FALSE)
}

# Means of participants --------------------------------------------------------

# One mean for each participant who has a value in the condition, by name.
means_of <- function(rows, condition) {
  rows <- rows[rows$condition %in% condition, ]
  if (nrow(rows) == 0) return(numeric(0))
  tapply(rows$value, rows$participant_id, mean)
}

compare_means <- function(primary, rows) {
  a <- means_of(rows, primary$condition_a)
  b <- means_of(rows, primary$condition_b)
  paired <- primary$paired == "True"
  if (paired) {
    both <- intersect(names(a), names(b))
    a <- a[both]
    b <- b[both]
  }
  about <- list(primary = primary, test = if (paired) "paired_t" else "welch_t",
                n_a = length(a), n_b = length(b),
                mean_a = if (length(a) > 0) mean(a) else NA,
                mean_b = if (length(b) > 0) mean(b) else NA)
  tested <- tryCatch(
    t.test(as.vector(a), as.vector(b), paired = paired, var.equal = FALSE,
           conf.level = 1 - as.numeric(primary$alpha)),
    error = function(problem) problem
  )
  if (inherits(tested, "error")) {
    why <- paste("not_estimable:", conditionMessage(tested))
    return(do.call(row_of, c(about, status = why)))
  }
  do.call(row_of, c(about, list(
    estimate = mean(a) - mean(b), se = tested$stderr,
    estimate_ci_low = tested$conf.int[1], estimate_ci_high = tested$conf.int[2],
    statistic = unname(tested$statistic), df = unname(tested$parameter), p = tested$p.value
  )))
}

# Single ratings ---------------------------------------------------------------

# The groups whose variances these ratings can tell apart; why they say nothing.
groups_of <- function(rows) {
  rows$taste <- paste(rows$participant_id, rows$condition)
  kept <- character(0)
  for (name in c("participant_id", "track_id", "playlist_id", "taste")) {
    levels <- length(unique(rows[[name]]))
    twin <- vapply(kept, function(other) {
      levels == length(unique(rows[[other]])) &&
        levels == length(unique(paste(rows[[name]], rows[[other]])))
    }, logical(1))
    if (levels > 1 && levels < nrow(rows) && !any(twin)) kept <- c(kept, name)
  }
  kept
}

compare_ratings <- function(primary, rows) {
  pair <- c(primary$condition_b, primary$condition_a)
  rows <- rows[rows$condition %in% pair, ]
  rows$taste <- paste(rows$participant_id, rows$condition)
  rows$condition <- factor(rows$condition, pair)
  people <- tapply(rows$participant_id, rows$condition, function(one) length(unique(one)))
  people[is.na(people)] <- 0
  about <- list(primary = primary, n_a = people[[2]], n_b = people[[1]])
  groups <- groups_of(rows)
  fitted <- tryCatch({
    if (any(people == 0)) stop("no ratings in one of the conditions")
    if (length(unique(rows$participant_id)) < 2) stop("one participant")
    if (nrow(unique(rows[c("track_id", "condition")])) == 2 &&
        length(unique(rows$track_id)) == 2) stop("one track in each condition")
    if (length(unique(rows$value)) == 1) stop("all ratings equal")
    fit <- if (has("lmerTest")) lmerTest::lmer else lme4::lmer
    if (length(groups) == 0) lm(value ~ condition, rows) else
    suppressMessages(fit(
      as.formula(paste("value ~ condition +", paste0("(1 | ", groups, ")", collapse = " + "))),
      rows, control = lme4::lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9))
    ))
  }, error = function(problem) problem)
  if (inherits(fitted, "error")) {
    why <- paste("not_estimable:", conditionMessage(fitted))
    return(do.call(row_of, c(about, status = why)))
  }
  found <- as.data.frame(coef(summary(fitted)))
  slope <- found[2, ]
  df <- if (inherits(fitted, "lm")) fitted$df.residual else slope$df
  if (is.null(df)) {
    df <- NA
    about$status <- "not_estimable: p and interval need the package lmerTest"
  }
  of_people <- if (inherits(fitted, "lm")) NA else
    unlist(lme4::VarCorr(fitted))["participant_id"]
  if (!is.na(df) && !is.na(of_people) && of_people < 1e-8) {
    # No variance between participants was found: ratings are not so many people.
    n <- length(unique(rows$participant_id))
    df <- min(df, max(n - (if (sum(people) > n) 1 else 2), 1))
  }
  p <- 2 * pt(-abs(slope[["t value"]]), df)
  half <- qt(1 - as.numeric(primary$alpha) / 2, df) * slope[["Std. Error"]]
  do.call(row_of, c(about, list(
    mean_a = found[1, "Estimate"] + slope$Estimate, mean_b = found[1, "Estimate"],
    estimate = slope$Estimate, se = slope[["Std. Error"]],
    estimate_ci_low = slope$Estimate - half, estimate_ci_high = slope$Estimate + half,
    statistic = slope[["t value"]], df = df, p = p
  )))
}

# Correlations with metrics ----------------------------------------------------

correlate <- function(primary, rows) {
  metrics <- read_table("playlist_metrics")
  metrics <- metrics[metrics$label_source == "metadata", ]
  rated <- aggregate(value ~ participant_id + playlist_id, rows, mean)
  rated$metric <- as.numeric(metrics[[primary$metric]][match(rated$playlist_id,
                                                             metrics$playlist_id)])
  rated <- rated[!is.na(rated$metric), ]
  people <- unique(rated$participant_id)
  about <- list(primary = primary, n_a = length(people), n_b = nrow(rated))
  rho <- function(of) suppressWarnings(cor(of$metric, of$value, method = "spearman"))
  r <- if (nrow(rated) > 1) rho(rated) else NA
  if (is.na(r)) return(do.call(row_of, c(about, status = "not_estimable: all values are equal")))
  without <- vapply(people, function(who) rho(rated[rated$participant_id != who, ]), numeric(1))
  error <- sqrt((length(people) - 1) / length(people) * sum((without - r)^2))
  carried <- tapply((rank(rated$metric) - mean(rank(rated$metric)))^2, rated$participant_id, sum)
  df <- sum(carried)^2 / sum(carried^2) - 1
  if (length(people) < FEWEST || is.na(error) || error < 1e-9) {
    why <- "not_estimable: too few participants, or too few who differ"
    return(do.call(row_of, c(about, estimate = r, status = why)))
  }
  do.call(row_of, c(about, list(estimate = r, se = error, statistic = r / error, df = df,
                                p = 2 * pt(-abs(r) / error, df))))
}

# ------------------------------------------------------------------------------

has <- function(package) requireNamespace(package, quietly = TRUE)

analyse <- function(primary) {
  rows <- read_rows(primary)
  if (primary$test == "spearman_clustered") return(correlate(primary, rows))
  if (primary$test != "mixed_model") return(compare_means(primary, rows))
  if (has("lmerTest") || has("lme4")) return(compare_ratings(primary, rows))
  message("The planned test is a mixed model, which R computes with the package lmerTest ",
          "(install.packages(\"lmerTest\")). Here is the t test of participants' means ",
          "instead: it takes the songs for granted, and is not the planned test.")
  compare_means(primary, rows)
}

primary <- read_table("primary")
if (nrow(primary) == 0) stop("There are no two conditions to compare: primary.csv is empty.")
results <- do.call(rbind, lapply(seq_len(nrow(primary)), function(i) analyse(primary[i, ])))
write.csv(results, row.names = FALSE, na = "")
