package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.nio.file.Path;

/** Where a manager stores the events of its jobs. */
public sealed interface JournalSettings {

    /** The embedded log in a local directory, for a single manager. */
    record Embedded(Path directory) implements JournalSettings {}

    /**
     * A PostgreSQL database that several managers share.
     *
     * @param url JDBC URL such as {@code jdbc:postgresql://db.example.com/rebalancer}
     * @param password empty text if the database asks for none
     * @param poolSize most connections of one manager for writes and leases, 1 to 100
     * @param readingPoolSize most connections of one manager for what only reads the journal, and for the read side, 1 to
     *     100
     * @param migrateOnStart whether the manager migrates the schema when it starts; its user then needs the right to
     *     create tables
     */
    record Postgresql(
            String url, String user, String password, int poolSize, int readingPoolSize, boolean migrateOnStart)
            implements JournalSettings {
        /** @throws IllegalArgumentException if a setting is invalid; the message names it */
        public Postgresql {
            if (!url.startsWith("jdbc:postgresql:")) {
                throw new IllegalArgumentException(
                        "journal.postgresql.url must be jdbc:postgresql://HOST/DATABASE, not \"" + url + "\"");
            }
            if (poolSize < 1 || poolSize > 100) {
                throw new IllegalArgumentException("journal.postgresql.pool-size must be 1 to 100");
            }
            if (readingPoolSize < 1 || readingPoolSize > 100) {
                throw new IllegalArgumentException("journal.postgresql.reading-pool-size must be 1 to 100");
            }
        }

        @Override
        public String toString() {
            return url + " as " + user;
        }
    }

    /**
     * Reads the journal settings of a manager.
     *
     * @param manager the section {@code rebalancer.manager}
     * @throws IllegalArgumentException if a setting is invalid; the message names it
     */
    static JournalSettings from(Config manager) {
        String kind = manager.getString("journal.kind");
        return switch (kind) {
            case "embedded" -> new Embedded(Path.of(SettingsFile.required(manager, "data-dir")));
            case "postgresql" -> postgresql(manager.getConfig("journal.postgresql"));
            default -> throw new IllegalArgumentException("journal.kind must be embedded or postgresql, not " + kind);
        };
    }

    private static Postgresql postgresql(Config section) {
        return new Postgresql(
                section.getString("url"),
                section.getString("user"),
                SettingsFile.secret(section, "password-file").orElseGet(() -> section.getString("password")),
                section.getInt("pool-size"),
                section.getInt("reading-pool-size"),
                section.getBoolean("migrate-on-start"));
    }
}
