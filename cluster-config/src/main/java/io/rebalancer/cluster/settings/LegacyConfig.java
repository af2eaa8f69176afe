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
import io.rebalancer.core.settings.SettingName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Translates the legacy manager's {@code config.json} (manta.md 10.1) into settings of {@code reference.conf}. A file
 * is legacy if it has {@code domain_name} at the top level. Settings under {@code rebalancer} in the same file take
 * precedence, so that a new settings file can include a legacy file.
 *
 * <p>Unknown members are ignored, as the legacy manager did. The options {@code use_static_md_update_threads},
 * {@code static_queue_depth} and {@code max_md_read_threads} configure threads and queues that this manager does not
 * have, and are ignored too. So is {@code max_sharks}: destinations are drawn from all storage nodes.
 */
final class LegacyConfig {
    private static final int DEFAULT_PORT = 80;
    private static final int DEFAULT_FILL = 100;
    private static final int BATCH = 50;

    private final Config legacy;
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Object> translated = new HashMap<>();

    /** All errors of a file, in one message. */
    static final class Faults extends Exception {
        private static final long serialVersionUID = 1L;

        Faults(List<String> faults) {
            super(String.join("; ", faults), null, false, false);
        }
    }

    private LegacyConfig(Config legacy) {
        this.legacy = legacy;
    }

    /**
     * Adds the translation to a legacy file; returns any other file unchanged.
     *
     * @throws Faults if the legacy file has errors
     */
    static Config translate(Config settings) throws Faults {
        return isLegacy(settings) ? new LegacyConfig(settings).translate() : settings;
    }

    private static boolean isLegacy(Config settings) {
        return settings.hasPath("domain_name");
    }

    /** What an operator with a legacy file may do if the listener needs tokens or consent. Empty for any other file. */
    static String adviceForListener(Config settings) {
        return isLegacy(settings)
                ? "; a legacy config.json listens on 0.0.0.0, and keeps doing so with this member in the file:"
                        + " \"rebalancer\": {\"manager\": {\"http\": {\"open-to-network\": true}}}"
                : "";
    }

    private Config translate() throws Faults {
        String domain = text("domain_name", "");
        if (domain.isBlank()) {
            faults.add("domain_name must not be empty");
        }
        translated.put("rebalancer.manager.domain", domain);
        translated.put("rebalancer.manager.storinfo", "http://storinfo." + domain);
        translated.put("rebalancer.manager.http.host", "0.0.0.0");
        translated.put("rebalancer.manager.http.port", number("listen_port", DEFAULT_PORT, 1, 65_535));
        translated.put("rebalancer.manager.legacy.snaplink-cleanup-required", flag("snaplink_cleanup_required", false));
        fill();
        logLevel();
        options();
        shards(domain);
        bucketShards();
        if (!faults.isEmpty()) {
            throw new Faults(faults);
        }
        return legacy.withFallback(ConfigFactory.parseMap(translated));
    }

    /** Reads both spellings, because the shipped template misspells the name (manta.md 14.3, L-11). */
    private void fill() {
        String name = legacy.hasPath("max_fill_percentage") ? "max_fill_percentage" : "max_fill_precentage";
        translated.put("rebalancer.placement.max-fill-percent", number(name, DEFAULT_FILL, 1, 100));
    }

    private void logLevel() {
        String level = text("log_level", "debug");
        Optional<String> known = LogLevel.parse(level);
        if (known.isEmpty()) {
            faults.add("log_level must be critical, error, warning, info, debug or trace, not " + level);
        }
        translated.put("rebalancer.log-level", known.orElse(LogLevel.DEFAULT));
    }

    private void options() {
        translated.put(
                "rebalancer.evacuate.max-tasks-per-assignment",
                number("options.max_tasks_per_assignment", 50, 1, BatchLimits.MAX_TASKS));
        translated.put(
                "rebalancer.evacuate.max-assignment-age",
                number("options.max_assignment_age", 600, 1, 1_000_000) + "s");
        translated.put("rebalancer.evacuate.scan-chunk", number("options.md_read_chunk_size", 10_000, 1, 100_000));
        // The legacy file may exceed the limit of the legacy API. Here both have the same limit.
        long threads = number("options.max_metadata_update_threads", 10, 1, Integer.MAX_VALUE);
        translated.put(
                "rebalancer.evacuate.commit-parallelism", Math.min(threads, SettingName.COMMIT_PARALLELISM.max()));
        translated.put("rebalancer.evacuate.commit-batch", flag("options.use_batched_updates", true) ? BATCH : 1);
        List<String> excluded = texts("options.exclude_key_prefixes");
        translated.put(
                "rebalancer.evacuate.exclude-keys-containing", excluded.equals(List.of("none")) ? List.of() : excluded);
    }

    /** Every number from the lowest to the highest listed shard is a shard, whether it is listed or not. */
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
                faults.add("shards: a host must begin with the number of the shard and a dot, such as 1.moray." + domain
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
        translated.put("rebalancer.manager.moray-shards", shards);
        translated.put("rebalancer.manager.postgres.shards", databases);
        translated.put("rebalancer.manager.scan-with", flag("direct_db", false) ? "postgres" : "moray");
    }

    /** Rejects bucket shards: a job would report a node as drained while it still holds objects of buckets. */
    private void bucketShards() {
        if (!list("mdapi.shards").isEmpty()) {
            faults.add("mdapi.shards: objects of buckets can't be relocated yet; remove mdapi.shards to relocate"
                    + " all other objects");
        }
    }

    private static Optional<Integer> leadingNumber(String host) {
        String digits = host.replaceFirst("\\..*", "");
        boolean numeric = host.contains(".") && digits.matches("[1-9][0-9]{0,8}");
        return numeric ? Optional.of(Integer.valueOf(digits)) : Optional.empty();
    }

    private String text(String path, String absent) {
        if (!present(path)) {
            return absent;
        }
        if (legacy.getValue(path).valueType() == ConfigValueType.STRING) {
            return legacy.getString(path);
        }
        faults.add(path + " must be a string");
        return absent;
    }

    private long number(String path, long absent, long min, long max) {
        if (!present(path)) {
            return absent;
        }
        try {
            long number = legacy.getLong(path);
            if (number >= min && number <= max) {
                return number;
            }
            faults.add(path + " must be " + min + " to " + max + ", not " + number);
        } catch (ConfigException e) {
            faults.add(path + " must be a whole number, not "
                    + legacy.getValue(path).render());
        }
        return absent;
    }

    private boolean flag(String path, boolean absent) {
        if (!present(path)) {
            return absent;
        }
        if (legacy.getValue(path).valueType() == ConfigValueType.BOOLEAN) {
            return legacy.getBoolean(path);
        }
        faults.add(path + " must be true or false");
        return absent;
    }

    private List<String> texts(String path) {
        return list(path).stream().map(each -> String.valueOf(each.unwrapped())).toList();
    }

    private ConfigList list(String path) {
        if (present(path)) {
            if (legacy.getValue(path) instanceof ConfigList list) {
                return list;
            }
            faults.add(path + " must be a list");
        }
        return ConfigValueFactory.fromIterable(List.of());
    }

    private boolean present(String path) {
        return legacy.hasPath(path);
    }
}
