package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.nio.file.Path;

/** Where a manager keeps the events of its jobs. */
public sealed interface JournalSettings {

    /** In a directory of this machine, for one manager. */
    record Embedded(Path directory) implements JournalSettings {}

    /**
     * In a database that all managers share.
     *
     * @param url JDBC URL, as {@code jdbc:postgresql://db.example.com/rebalancer}
     * @param password empty text if the database asks for none
     * @param poolSize connections that one manager keeps, at most, 1 to 100
     * @param migrateOnStart whether a manager brings the tables up to date itself; its user needs the right to make tables
     */
    record Postgresql(String url, String user, String password, int poolSize, boolean migrateOnStart)
            implements JournalSettings {
        /** @throws IllegalArgumentException naming the setting that is wrong */
        public Postgresql {
            if (!url.startsWith("jdbc:postgresql:")) {
                throw new IllegalArgumentException(
                        "journal.postgresql.url must be jdbc:postgresql://HOST/DATABASE, not \"" + url + "\"");
            }
            if (poolSize < 1 || poolSize > 100) {
                throw new IllegalArgumentException("journal.postgresql.pool-size must be 1 to 100");
            }
        }

        @Override
        public String toString() {
            return url + " as " + user;
        }
    }

    /**
     * What the settings of a manager say.
     *
     * @param manager the section {@code rebalancer.manager}
     * @throws IllegalArgumentException naming the setting that is wrong
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
                section.getBoolean("migrate-on-start"));
    }
}
