package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.util.Locale;
import java.util.Optional;

/**
 * The setting {@code rebalancer.log-level}: the log level of the rebalancer's packages. Libraries keep their levels.
 */
public final class LogLevel {
    static final String DEFAULT = "info";

    private LogLevel() {}

    /** Parses the name of a level, in any case. Accepts the legacy manager's names too (manta.md 10.1). */
    static Optional<String> parse(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "critical", "crit", "error" -> Optional.of("error");
            case "warning", "warn" -> Optional.of("warn");
            case "info", "debug", "trace" -> Optional.of(name.toLowerCase(Locale.ROOT));
            default -> Optional.empty();
        };
    }

    /**
     * Reads the level: error, warn, info, debug or trace.
     *
     * @throws SettingsFault if the setting is none of these
     */
    public static String of(Config root) {
        String name = SettingsFile.section(root, "rebalancer", section -> section.getString("log-level"));
        return parse(name)
                .orElseThrow(() -> new SettingsFault(
                        "setting in rebalancer: log-level must be error, warn, info, debug or trace, not " + name));
    }
}
