package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.UnmovedRecords;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;

/** Reads table {@code object_exception}, in the order of the digest. A page costs the same wherever it begins. */
final class JdbcUnmovedRecords implements UnmovedRecords {
    static final String PAGE = """
            select shard, record_key, record_digest from object_exception
            where job_id = :jobId and shard = :shard and record_digest > :after and pass < :pass
            order by record_digest limit :limit
            """;

    private static final String WITH_REASONS = """
            select shard, record_key, record_digest from object_exception
            where job_id = :jobId and shard = :shard and record_digest > :after and (reason in (<reasons>) or pass >= :pass)
            order by record_digest limit :limit
            """;

    private final ReadSide readSide;

    JdbcUnmovedRecords(ReadSide readSide) {
        this.readSide = readSide;
    }

    private record Row(RecordRef record, String digest) {}

    @Override
    public CompletionStage<Boolean> includes(UUID jobId, long revision) {
        return readSide.run(() ->
                readSide.tables().position(PersistentEntities.evacuateJob(jobId).id()) >= revision);
    }

    @Override
    public CompletionStage<Page> page(UUID jobId, int shard, int pass, String after, int limit) {
        return page(jobId, shard, after, limit, PAGE, query -> query.bind("pass", pass));
    }

    @Override
    public CompletionStage<Page> withReasons(
            UUID jobId, int shard, Set<Reason> reasons, int pass, String after, int limit) {
        List<String> words = reasons.stream().map(Reason::name).toList();
        return page(
                jobId,
                shard,
                after,
                limit,
                WITH_REASONS,
                query -> query.bindList("reasons", words).bind("pass", pass));
    }

    private CompletionStage<Page> page(
            UUID jobId, int shard, String after, int limit, String sql, UnaryOperator<Query> further) {
        return readSide.run(() -> {
            // One row more than the page has shows whether there is a next page.
            List<Row> rows =
                    readSide.tables().read(handle -> rows(handle, jobId, shard, after, limit + 1, sql, further));
            List<Row> page = rows.stream().limit(limit).toList();
            return new Page(
                    page.stream().map(Row::record).toList(),
                    page.isEmpty() ? after : page.get(page.size() - 1).digest(),
                    rows.size() <= limit);
        });
    }

    private static List<Row> rows(
            Handle handle, UUID jobId, int shard, String after, int limit, String sql, UnaryOperator<Query> further) {
        try (Query query = handle.createQuery(sql)) {
            return further.apply(query)
                    .bind("jobId", jobId)
                    .bind("shard", shard)
                    .bind("after", after)
                    .bind("limit", limit)
                    .map((RowView row) -> new Row(
                            new RecordRef(
                                    row.getColumn("shard", Integer.class), row.getColumn("record_key", String.class)),
                            row.getColumn("record_digest", String.class)))
                    .list();
        }
    }
}
