package io.rebalancer.cluster.settings;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.Config;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** How much the rebalancer's own loggers say; those of libraries stay as they are. */
final class LogLevel {
    static final String DEFAULT = "info";

    private LogLevel() {}

    /** The level of that name, in any case and by the older manager's names too (manta.md 10.1), or empty. */
    static Optional<String> parse(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "critical", "crit", "error" -> Optional.of("error");
            case "warning", "warn" -> Optional.of("warn");
            case "info", "debug", "trace" -> Optional.of(name.toLowerCase(Locale.ROOT));
            default -> Optional.empty();
        };
    }

    /** @throws SettingsFault if there is no such level */
    static void apply(Config root) {
        String name = SettingsFile.section(root, "rebalancer", section -> section.getString("log-level"));
        String level = parse(name)
                .orElseThrow(() -> new SettingsFault(
                        "setting in rebalancer: log-level must be error, warn, info, debug or trace, not " + name));
        if (LoggerFactory.getLogger("io.rebalancer") instanceof Logger logger) {
            logger.setLevel(Level.toLevel(level));
        }
    }
}
