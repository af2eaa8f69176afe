package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.port.AuditEntries;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;

/** Reads the audit log page by page. A page starts behind a number, so its cost does not depend on its place in the log. */
final class JdbcAuditEntries implements AuditEntries {
    private static final String SELECT = "select sequence_number, line from " + AuditEntryProjection.TABLE;

    private final ReadSide readSide;

    JdbcAuditEntries(ReadSide readSide) {
        this.readSide = readSide;
    }

    @Override
    public CompletionStage<List<Line>> after(long number, int limit) {
        return lines(SELECT + " where sequence_number > :number order by sequence_number limit :limit", number, limit);
    }

    @Override
    public CompletionStage<List<Line>> before(long number, int limit) {
        return lines(
                SELECT + " where sequence_number < :number order by sequence_number desc limit :limit", number, limit);
    }

    @Override
    public CompletionStage<Long> lastNumber() {
        return readSide.run(() -> readSide.tables().position(Entities.AUDIT_LOG_ID));
    }

    private CompletionStage<List<Line>> lines(String sql, long number, int limit) {
        return readSide.run(() -> readSide.tables().read(handle -> {
            try (Query query = handle.createQuery(sql)) {
                return query.bind("number", number)
                        .bind("limit", limit)
                        .map((RowView row) -> new Line(
                                row.getColumn("sequence_number", Long.class), row.getColumn("line", String.class)))
                        .list();
            }
        }));
    }
}
