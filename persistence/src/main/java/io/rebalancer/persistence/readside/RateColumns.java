package io.rebalancer.persistence.readside;

import static io.rebalancer.persistence.readside.CountColumns.number;

import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.persistence.readside.CountColumns.Column;
import java.util.List;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.SqlStatement;

/** The columns of table {@code job_rate} with counts. */
final class RateColumns {
    private static final CountColumns<RateCounts> COLUMNS = new CountColumns<>(List.of(
            new Column<>("placed", RateCounts::placed),
            new Column<>("copied", RateCounts::copied),
            new Column<>("copied_bytes", RateCounts::copiedBytes),
            new Column<>("relocated", counts -> counts.settled().relocated()),
            new Column<>("superseded", counts -> counts.settled().superseded()),
            new Column<>("gone", counts -> counts.settled().gone()),
            new Column<>("duplicate", counts -> counts.settled().duplicate()),
            new Column<>("bytes", counts -> counts.settled().bytes()),
            new Column<>("skipped", RateCounts::skipped),
            new Column<>("failed", RateCounts::failed)));

    /** For an insert: {@code placed, copied, ...}. */
    static final String NAMES = COLUMNS.names();
    /** For an insert: {@code :placed, :copied, ...}. */
    static final String PARAMETERS = COLUMNS.parameters();
    /** For an update: {@code placed = placed + :placed, ...}. */
    static final String ADDITIONS = COLUMNS.additions();
    /** For a query with groups: {@code sum(placed) as placed, ...}. */
    static final String SUMS = COLUMNS.sums();

    private RateColumns() {}

    /** Gives the parameters of a statement their values. */
    static void bind(SqlStatement<?> statement, RateCounts counts) {
        COLUMNS.bind(statement, counts);
    }

    /** The counts in a row. */
    static RateCounts read(RowView row) {
        return new RateCounts(
                number(row, "placed"),
                number(row, "copied"),
                number(row, "copied_bytes"),
                new SettledCounts(
                        number(row, "relocated"),
                        number(row, "superseded"),
                        number(row, "gone"),
                        number(row, "duplicate"),
                        number(row, "bytes")),
                number(row, "skipped"),
                number(row, "failed"));
    }
}
