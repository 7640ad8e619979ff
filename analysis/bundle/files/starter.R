# The comparison that the study is about, from its tables. Base R alone:
#
#     Rscript starter.R [folder]
#
# primary.csv says what is compared. Each participant's values in a condition
# are averaged first; then a paired t test where every participant has both
# conditions, else Welch's. Prints CSV: means of a and b, their difference
# (estimate) with standard error and interval, t (statistic), df, p.

folder <- c(commandArgs(trailingOnly = TRUE), ".")[1]

read_table <- function(name) {
  read.csv(file.path(folder, paste0(name, ".csv")), colClasses = "character",
           na.strings = "", check.names = FALSE, encoding = "UTF-8")
}

# One mean for each participant who has a value in the condition, by name.
means_of <- function(rows, column, condition) {
  rows <- rows[rows$condition %in% condition, ]
  values <- as.numeric(rows[[column]])
  given <- !is.na(values)
  if (!any(given)) return(numeric(0))
  tapply(values[given], rows$participant_id[given], mean)
}

compare <- function(contrast) {
  rows <- read_table(contrast$file)
  if ("excluded" %in% names(rows)) rows <- rows[!(rows$excluded %in% "True"), ]
  a <- means_of(rows, contrast$column, contrast$condition_a)
  b <- means_of(rows, contrast$column, contrast$condition_b)
  paired <- contrast$paired == "True"
  if (paired) {
    both <- intersect(names(a), names(b))
    a <- a[both]
    b <- b[both]
  }
  result <- data.frame(
    outcome = paste0(contrast$file, ".", contrast$column),
    condition_a = contrast$condition_a, condition_b = contrast$condition_b,
    test = if (paired) "paired_t" else "welch_t",
    n_a = length(a), n_b = length(b), mean_a = NA, mean_b = NA,
    estimate = NA, se = NA, estimate_ci_low = NA, estimate_ci_high = NA,
    statistic = NA, df = NA, p = NA, status = "ok"
  )
  if (length(a) > 0) result$mean_a <- mean(a)
  if (length(b) > 0) result$mean_b <- mean(b)
  tested <- tryCatch(
    t.test(as.vector(a), as.vector(b), paired = paired, var.equal = FALSE,
           conf.level = 1 - as.numeric(contrast$alpha)),
    error = function(problem) problem
  )
  if (inherits(tested, "error")) {
    result$status <- paste("not_estimable:", conditionMessage(tested))
    return(result)
  }
  result$estimate <- mean(a) - mean(b)
  result$se <- tested$stderr
  result$estimate_ci_low <- tested$conf.int[1]
  result$estimate_ci_high <- tested$conf.int[2]
  result$statistic <- unname(tested$statistic)
  result$df <- unname(tested$parameter)
  result$p <- tested$p.value
  result
}

primary <- read_table("primary")
if (nrow(primary) == 0) stop("There are no two conditions to compare: primary.csv is empty.")
results <- do.call(rbind, lapply(seq_len(nrow(primary)), function(i) compare(primary[i, ])))
write.csv(results, row.names = FALSE, na = "")
