package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.rebalancer.core.evacuate.BatchLimits;
import io.rebalancer.core.evacuate.JobRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The older manager's {@code config.json} in our words (manta.md 10.1). A file that has {@code domain_name} at the top is
 * one; what it says under {@code rebalancer} beside that wins, so that a file of ours can include the older one.
 *
 * <p>Unknown members are ignored, as they always were. Options that steered the older manager's threads and queues
 * ({@code use_static_md_update_threads}, {@code static_queue_depth}, {@code max_md_read_threads}) have nothing to steer
 * here and are ignored too.
 */
final class LegacyConfig {
    private static final int DEFAULT_PORT = 80;
    private static final int DEFAULT_FILL = 100;
    private static final int BATCH = 50;

    private final Config older;
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Object> ours = new HashMap<>();

    /** All that is wrong with a file, one after the other. */
    static final class Faults extends Exception {
        private static final long serialVersionUID = 1L;

        Faults(List<String> faults) {
            super(String.join("; ", faults), null, false, false);
        }
    }

    private LegacyConfig(Config older) {
        this.older = older;
    }

    /** The same settings, in our words if they are in the older ones. */
    static Config translated(Config settings) throws Faults {
        return settings.hasPath("domain_name") ? new LegacyConfig(settings).translate() : settings;
    }

    private Config translate() throws Faults {
        String domain = text("domain_name", "");
        if (domain.isBlank()) {
            faults.add("domain_name must not be empty");
        }
        ours.put("rebalancer.manager.domain", domain);
        ours.put("rebalancer.manager.storinfo", "http://storinfo." + domain);
        ours.put("rebalancer.manager.http.host", "0.0.0.0");
        ours.put("rebalancer.manager.http.port", number("listen_port", DEFAULT_PORT, 1, 65_535));
        ours.put("rebalancer.manager.legacy.snaplink-cleanup-required", flag("snaplink_cleanup_required", false));
        fill();
        logLevel();
        options();
        shards(domain);
        bucketShards();
        if (!faults.isEmpty()) {
            throw new Faults(faults);
        }
        return older.withFallback(ConfigFactory.parseMap(ours));
    }

    /** The shipped template misspells the name, so both are read (L-11). */
    private void fill() {
        String name = older.hasPath("max_fill_percentage") ? "max_fill_percentage" : "max_fill_precentage";
        ours.put("rebalancer.placement.max-fill-percent", number(name, DEFAULT_FILL, 1, 100));
    }

    private void logLevel() {
        String level = text("log_level", "debug");
        Optional<String> known = LogLevel.parse(level);
        if (known.isEmpty()) {
            faults.add("log_level must be critical, error, warning, info, debug or trace, not " + level);
        }
        ours.put("rebalancer.log-level", known.orElse(LogLevel.DEFAULT));
    }

    private void options() {
        ours.put(
                "rebalancer.evacuate.max-tasks-per-assignment",
                number("options.max_tasks_per_assignment", 50, 1, BatchLimits.MAX_TASKS));
        ours.put("rebalancer.evacuate.candidates", number("options.max_sharks", 5, 1, 10_000));
        ours.put(
                "rebalancer.evacuate.max-assignment-age",
                number("options.max_assignment_age", 600, 1, 1_000_000) + "s");
        ours.put("rebalancer.evacuate.scan-chunk", number("options.md_read_chunk_size", 10_000, 1, 100_000));
        // The file may start higher than the API may ever set; ours has one limit.
        long threads = number("options.max_metadata_update_threads", 10, 1, Integer.MAX_VALUE);
        ours.put("rebalancer.evacuate.commit-parallelism", Math.min(threads, JobRules.MAX_COMMIT_PARALLELISM));
        ours.put("rebalancer.evacuate.commit-batch", flag("options.use_batched_updates", true) ? BATCH : 1);
        List<String> excluded = texts("options.exclude_key_prefixes");
        ours.put("rebalancer.evacuate.exclude-key-prefixes", excluded.equals(List.of("none")) ? List.of() : excluded);
    }

    /** Every number from the lowest to the highest is a shard, listed or not. */
    private void shards(String domain) {
        SortedMap<Integer, String> hosts = new TreeMap<>();
        for (ConfigValue each : list("shards")) {
            String host = each instanceof ConfigObject shard && shard.get("host") != null
                    ? String.valueOf(shard.get("host").unwrapped())
                    : "";
            Optional<Integer> number = leadingNumber(host);
            if (number.isPresent()) {
                hosts.put(number.get(), host);
            } else {
                faults.add("shards: a host must begin with the shard's number and a dot, such as 1.moray." + domain
                        + ", not \"" + host + "\"");
            }
        }
        if (hosts.isEmpty()) {
            faults.add("shards must list at least one shard");
            return;
        }
        List<Map<String, Object>> shards = new ArrayList<>();
        List<Map<String, Object>> databases = new ArrayList<>();
        for (int number = hosts.firstKey(); number <= hosts.lastKey(); number++) {
            shards.add(Map.of("number", number, "host", hosts.getOrDefault(number, number + ".moray." + domain)));
            databases.add(Map.of(
                    "number",
                    number,
                    "url",
                    "jdbc:postgresql://" + number + ".rebalancer-postgres." + domain + "/moray"));
        }
        ours.put("rebalancer.manager.moray-shards", shards);
        ours.put("rebalancer.manager.postgres.shards", databases);
        ours.put("rebalancer.manager.scan-with", flag("direct_db", false) ? "postgres" : "moray");
    }

    /** A node emptied of v1 objects only is not empty; better no start than such a claim. */
    private void bucketShards() {
        if (!list("mdapi.shards").isEmpty()) {
            faults.add("mdapi.shards: objects of buckets are not moved yet; leave them out to move all others");
        }
    }

    private static Optional<Integer> leadingNumber(String host) {
        String digits = host.replaceFirst("\\..*", "");
        boolean numeric = host.contains(".") && digits.matches("[1-9][0-9]{0,8}");
        return numeric ? Optional.of(Integer.valueOf(digits)) : Optional.empty();
    }

    private String text(String path, String without) {
        if (!present(path)) {
            return without;
        }
        if (older.getValue(path).valueType() == ConfigValueType.STRING) {
            return older.getString(path);
        }
        faults.add(path + " must be a text");
        return without;
    }

    private long number(String path, long without, long least, long most) {
        if (!present(path)) {
            return without;
        }
        try {
            long number = older.getLong(path);
            if (number >= least && number <= most) {
                return number;
            }
            faults.add(path + " must be " + least + " to " + most + ", not " + number);
        } catch (ConfigException e) {
            faults.add(path + " must be a whole number, not "
                    + older.getValue(path).render());
        }
        return without;
    }

    private boolean flag(String path, boolean without) {
        if (!present(path)) {
            return without;
        }
        if (older.getValue(path).valueType() == ConfigValueType.BOOLEAN) {
            return older.getBoolean(path);
        }
        faults.add(path + " must be true or false");
        return without;
    }

    private List<String> texts(String path) {
        return list(path).stream().map(each -> String.valueOf(each.unwrapped())).toList();
    }

    private ConfigList list(String path) {
        if (present(path)) {
            if (older.getValue(path) instanceof ConfigList list) {
                return list;
            }
            faults.add(path + " must be a list");
        }
        return ConfigValueFactory.fromIterable(List.of());
    }

    private boolean present(String path) {
        return older.hasPath(path);
    }
}
