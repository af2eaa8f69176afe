package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The databases behind the metadata shards, for direct scans.
 *
 * @param urls JDBC URLs by shard number
 * @param password empty text if the databases ask for none
 * @param fetchRows rows per page, 1 to 100000
 * @param statementTimeout longest duration of the query of one page, 1 s to 1 h
 */
public record PostgresSettings(
        Map<Integer, String> urls, String user, String password, int fetchRows, Duration statementTimeout) {

    public PostgresSettings {
        urls = Map.copyOf(urls);
        if (fetchRows < 1 || fetchRows > 100_000) {
            throw new IllegalArgumentException("postgres.fetch-rows must be 1 to 100000");
        }
        if (statementTimeout.compareTo(Duration.ofSeconds(1)) < 0
                || statementTimeout.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("postgres.statement-timeout must be 1 s to 1 h");
        }
    }

    @Override
    public String toString() {
        return "databases " + urls + " as " + user;
    }

    static Optional<PostgresSettings> from(Config manager) {
        String source = manager.getString("scan-with");
        return switch (source) {
            case "moray" -> Optional.empty();
            case "postgres" -> Optional.of(read(manager.getConfig("postgres")));
            default -> throw new IllegalArgumentException("scan-with must be moray or postgres, not " + source);
        };
    }

    private static PostgresSettings read(Config section) {
        return new PostgresSettings(
                section.getConfigList("shards").stream()
                        .collect(Collectors.toMap(each -> each.getInt("number"), each -> each.getString("url"))),
                section.getString("user"),
                SettingsFile.secret(section, "password-file").orElse(""),
                section.getInt("fetch-rows"),
                section.getDuration("statement-timeout"));
    }
}
