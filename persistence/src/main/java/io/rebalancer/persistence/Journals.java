package io.rebalancer.persistence;

import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.postgres.PostgresJournal;
import java.nio.file.Path;

/** Creates journals. */
public final class Journals {

    private Journals() {}

    /** The journal that a manager's settings select. */
    public static Journal of(JournalSettings settings) {
        if (settings instanceof JournalSettings.Postgresql postgresql) {
            return new PostgresJournal(postgresql);
        }
        return embedded(((JournalSettings.Embedded) settings).directory());
    }

    /**
     * The journal of a process without a database. It needs no database library on the class path, unless its read side
     * is opened.
     *
     * @param directory exclusive to this journal; created if absent
     */
    public static Journal embedded(Path directory) {
        return new EmbeddedJournal(directory);
    }
}
