package io.rebalancer.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The list of metrics in {@code docs/operations/metrics.md}. */
public final class MetricCatalog {
    private static final Path PAGE = Path.of("../../docs/operations/metrics.md");
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| `(?<name>\\w+)` \\| (?<labels>[\\w, ]*?) ?\\| (?<series>\\d+)(?<shards> × shards)? \\| (?<meaning>.+) \\|$");
    private static final String SERIES_OF_HISTOGRAM = "_(bucket|sum|count)$";

    /**
     * A metric.
     *
     * @param labels the names of its labels, besides those of the scrape
     * @param series the most series of a process, for each metadata shard if {@code perShard}
     */
    public record Metric(String name, Set<String> labels, int series, boolean perShard) {
        /** The most series of a process in a region with this many metadata shards. */
        public int bound(int shards) {
            return perShard ? series * shards : series;
        }
    }

    private final List<Metric> metrics;

    private MetricCatalog(List<Metric> metrics) {
        this.metrics = List.copyOf(metrics);
    }

    /** Reads the page. */
    public static MetricCatalog read() throws IOException {
        List<Metric> metrics = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            Set<String> labels = new TreeSet<>(List.of(row.group("labels").split(", ")));
            labels.remove("");
            metrics.add(new Metric(
                    row.group("name"), labels, Integer.parseInt(row.group("series")), row.group("shards") != null));
        }
        return new MetricCatalog(metrics);
    }

    public List<Metric> metrics() {
        return metrics;
    }

    /** The metric of a series, which may be one of a histogram: {@code NAME_bucket}, {@code NAME_sum}, {@code NAME_count}. */
    public Optional<Metric> of(String series) {
        return named(series).or(() -> named(series.replaceFirst(SERIES_OF_HISTOGRAM, "")));
    }

    private Optional<Metric> named(String name) {
        return metrics.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
