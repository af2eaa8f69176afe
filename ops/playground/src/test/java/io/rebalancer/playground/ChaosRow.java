package io.rebalancer.playground;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What happened in the run of one seed. */
final class ChaosRow {
    private final long seed;
    private final List<String> faults = new ArrayList<>();
    private final List<String> failovers = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private String jobSeconds = "-";
    private String orphans = "-";
    private String fetchedAgain = "-";
    private String lost = "-";

    ChaosRow(long seed) {
        this.seed = seed;
    }

    /** @param failover seconds until the job made progress again, if the fault stopped it */
    void add(Fault fault, OptionalDouble failover) {
        faults.add(fault.name());
        failovers.add(failover.isPresent() ? String.format(Locale.ROOT, "%.1f", failover.getAsDouble()) : "-");
    }

    void end(RunReport report, long lostMessages) {
        jobSeconds = String.format(Locale.ROOT, "%.0f", report.seconds());
        orphans = String.valueOf(report.orphans());
        fetchedAgain = String.valueOf(report.fetchedAgain());
        lost = String.valueOf(lostMessages);
        violations.addAll(report.violations());
    }

    void fail(Throwable failure) {
        violations.add(String.valueOf(failure.getMessage()));
    }

    List<String> violations() {
        return violations;
    }

    /** The row as a line of the table, and below it each violation. */
    String line() {
        String columns = String.format(
                "%6d  %-44s  %-16s  %5s  %6s  %7s  %7s  %10d",
                seed,
                String.join(" ", faults),
                String.join(" ", failovers),
                jobSeconds,
                lost,
                fetchedAgain,
                orphans,
                violations.size());
        return columns
                + violations.stream()
                        .limit(10)
                        .map(each -> "\n        ! " + each)
                        .collect(Collectors.joining());
    }

    static String table(List<ChaosRow> rows) {
        return String.format(
                        "%n%6s  %-44s  %-16s  %5s  %6s  %7s  %7s  %10s%n",
                        "SEED", "FAULTS", "FAILOVER S", "JOB S", "LOST", "FETCHED", "ORPHANS", "VIOLATIONS")
                + rows.stream().map(ChaosRow::line).collect(Collectors.joining("\n"));
    }
}
