package io.rebalancer.persistence.readside;

import static io.rebalancer.persistence.readside.CountColumns.number;

import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.persistence.readside.CountColumns.Column;
import java.util.List;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.SqlStatement;

/** The columns of table {@code job} for {@link JobCounts}. No other class names them. */
final class JobCountColumns {
    private static final CountColumns<JobCounts> COLUMNS = new CountColumns<>(List.of(
            new Column<>("discovered", JobCounts::discovered),
            new Column<>("relocated", counts -> counts.settled().relocated()),
            new Column<>("superseded", counts -> counts.settled().superseded()),
            new Column<>("gone", counts -> counts.settled().gone()),
            new Column<>("duplicate", counts -> counts.settled().duplicate()),
            new Column<>("bytes", counts -> counts.settled().bytes()),
            new Column<>("skipped", JobCounts::skipped),
            new Column<>("failed", JobCounts::failed),
            new Column<>("in_flight", JobCounts::inFlight)));

    /** For an insert: {@code discovered, relocated, ...}. */
    static final String NAMES = COLUMNS.names();
    /** For an insert: {@code :discovered, :relocated, ...}. */
    static final String PARAMETERS = COLUMNS.parameters();
    /** For an update: {@code discovered = :discovered, ...}. */
    static final String ASSIGNMENTS = COLUMNS.assignments();

    private JobCountColumns() {}

    /** Gives the parameters of a statement their values. */
    static void bind(SqlStatement<?> statement, JobCounts counts) {
        COLUMNS.bind(statement, counts);
    }

    /** The counts in a row of the table. {@code discovered} is derived from the others. */
    static JobCounts read(RowView row) {
        return new JobCounts(
                new SettledCounts(
                        number(row, "relocated"),
                        number(row, "superseded"),
                        number(row, "gone"),
                        number(row, "duplicate"),
                        number(row, "bytes")),
                number(row, "skipped"),
                number(row, "failed"),
                number(row, "in_flight"));
    }
}
