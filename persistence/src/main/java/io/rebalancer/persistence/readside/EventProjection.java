package io.rebalancer.persistence.readside;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Fills one family of tables. A new family is a new class in {@link Projections}.
 *
 * @param <E> the change that an event makes
 */
interface EventProjection<E> {

    /**
     * A table with rows of jobs.
     *
     * @param jobColumn the column with the job's id
     */
    record JobTable(String name, String jobColumn) {}

    /** The tables of the family. Only this projection writes to them. */
    List<JobTable> tables();

    /**
     * Writes changes to the tables, in the transaction that also advances the position of their persistence id. So each
     * change is written exactly once.
     *
     * @param changes of one persistence id, in order, at least one
     */
    void write(Handle handle, List<StoredChange<E>> changes);
}
