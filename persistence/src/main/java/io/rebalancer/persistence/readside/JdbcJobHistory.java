package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.port.JobHistory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.persistence.typed.PersistenceId;

/** Reads the tables, by key and never by offset: a page costs the same wherever it is. */
final class JdbcJobHistory implements JobHistory {
    private static final String SEPARATOR = " ";

    private final ReadSide readSide;
    private final ReadSideTables tables;

    JdbcJobHistory(ReadSide readSide) {
        this.readSide = readSide;
        this.tables = readSide.tables();
    }

    private interface Reading<T> {
        T read(ResultSet row) throws SQLException;
    }

    @Override
    public CompletionStage<Page<JobLine>> jobs(Optional<String> after, int most) {
        return page(
                "select * from job",
                "(created_at < ? or (created_at = ? and id < ?))",
                "order by created_at desc, id desc",
                List.of(),
                () -> after.map(cursor -> {
                    Cursor end = Cursor.of(cursor, 2);
                    return List.of(end.time(0), end.time(0), end.id(1));
                }),
                most,
                JdbcJobHistory::job,
                line -> Cursor.text(line.createdAt(), line.id()));
    }

    @Override
    public CompletionStage<Page<ExceptionLine>> exceptions(
            UUID jobId, Optional<Reason> reason, Optional<String> after, int most) {
        List<Object> filter = new ArrayList<>(List.of(jobId));
        reason.ifPresent(cause -> filter.add(cause.name()));
        return page(
                        "select * from object_exception where job_id = ?"
                                + (reason.isPresent() ? " and reason = ?" : ""),
                        "ordinal > ?",
                        "order by ordinal",
                        filter,
                        () -> after.map(cursor -> List.of(Cursor.of(cursor, 1).number(0))),
                        most,
                        row -> new Placed<>(row.getLong("ordinal"), exception(row)),
                        placed -> Cursor.text(placed.ordinal()))
                .thenApply(page ->
                        new Page<>(page.items().stream().map(Placed::line).toList(), page.next()));
    }

    @Override
    public CompletionStage<Page<AuditLine>> audit(Optional<String> after, int most) {
        return page(
                        "select * from audit",
                        "(at < ? or (at = ? and (persistence_id < ?"
                                + " or (persistence_id = ? and sequence_number < ?))))",
                        "order by at desc, persistence_id desc, sequence_number desc",
                        List.of(),
                        () -> after.map(cursor -> {
                            Cursor end = Cursor.of(cursor, 3);
                            return List.of(end.time(0), end.time(0), end.text(1), end.text(1), end.number(2));
                        }),
                        most,
                        row -> new Noted(row.getString("persistence_id"), row.getLong("sequence_number"), audit(row)),
                        noted -> Cursor.text(noted.line().at(), noted.persistenceId(), noted.sequenceNr()))
                .thenApply(page ->
                        new Page<>(page.items().stream().map(Noted::line).toList(), page.next()));
    }

    @Override
    public CompletionStage<Long> takenIn(UUID jobId) {
        return readSide.run(() -> tables.takenIn(
                PersistenceId.of(Entities.EVACUATE_JOB.name(), jobId.toString()).id()));
    }

    private record Placed<T>(long ordinal, T line) {}

    private record Noted(String persistenceId, long sequenceNr, AuditLine line) {}

    private <T> CompletionStage<Page<T>> page(
            String select,
            String beyond,
            String order,
            List<?> filter,
            Supplier<Optional<List<Object>>> after,
            int most,
            Reading<T> reading,
            Function<T, String> cursor) {
        return readSide.run(() -> {
            Optional<List<Object>> end = after.get();
            String condition = end.isEmpty() ? "" : (filter.isEmpty() ? " where " : " and ") + beyond;
            List<Object> values = new ArrayList<>(filter);
            end.ifPresent(values::addAll);
            List<T> lines = new ArrayList<>();
            try (Connection connection = readSide.connections().open();
                    PreparedStatement query =
                            connection.prepareStatement(select + condition + " " + order + " limit " + (most + 1))) {
                for (int i = 0; i < values.size(); i++) {
                    query.setObject(i + 1, values.get(i));
                }
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        lines.add(reading.read(rows));
                    }
                }
            }
            boolean more = lines.size() > most;
            List<T> items = more ? lines.subList(0, most) : lines;
            return new Page<>(items, more ? Optional.of(cursor.apply(items.get(most - 1))) : Optional.empty());
        });
    }

    private static JobLine job(ResultSet row) throws SQLException {
        return new JobLine(
                row.getObject("id", UUID.class),
                row.getString("leaving_node"),
                row.getString("datacenter"),
                row.getString("state"),
                row.getString("reason"),
                time(row, "created_at").orElseThrow(),
                time(row, "ended_at"),
                row.getInt("pass"),
                row.getLong("epoch"),
                new JobCounts(
                        new SettledCounts(
                                row.getLong("relocated"),
                                row.getLong("superseded"),
                                row.getLong("gone"),
                                row.getLong("duplicate"),
                                row.getLong("bytes")),
                        row.getLong("skipped"),
                        row.getLong("failed"),
                        row.getLong("in_flight")));
    }

    private static ExceptionLine exception(ResultSet row) throws SQLException {
        return new ExceptionLine(
                row.getInt("shard"),
                row.getString("record_key"),
                UnmovedRecord.Kind.valueOf(row.getString("kind")),
                Reason.valueOf(row.getString("reason")),
                row.getString("detail"));
    }

    private static AuditLine audit(ResultSet row) throws SQLException {
        return new AuditLine(
                time(row, "at").orElseThrow(),
                row.getObject("job_id", UUID.class),
                row.getString("action"),
                row.getString("detail"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    /** The sort key of a page's last line, as a word that nobody needs to understand. */
    private record Cursor(String given, List<String> parts) {
        static String text(Object... parts) {
            List<String> texts = new ArrayList<>();
            for (Object part : parts) {
                texts.add(part.toString());
            }
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(String.join(SEPARATOR, texts).getBytes(StandardCharsets.UTF_8));
        }

        static Cursor of(String given, int count) {
            try {
                List<String> parts = List.of(
                        new String(Base64.getUrlDecoder().decode(given), StandardCharsets.UTF_8).split(SEPARATOR, -1));
                if (parts.size() == count) {
                    return new Cursor(given, parts);
                }
            } catch (IllegalArgumentException e) {
                throw new BadCursor(given, e);
            }
            throw new BadCursor(given, null);
        }

        OffsetDateTime time(int part) {
            try {
                return OffsetDateTime.parse(parts.get(part));
            } catch (DateTimeException e) {
                throw new BadCursor(given, e);
            }
        }

        UUID id(int part) {
            try {
                return UUID.fromString(parts.get(part));
            } catch (IllegalArgumentException e) {
                throw new BadCursor(given, e);
            }
        }

        long number(int part) {
            try {
                return Long.parseLong(parts.get(part));
            } catch (NumberFormatException e) {
                throw new BadCursor(given, e);
            }
        }

        String text(int part) {
            return parts.get(part);
        }
    }
}
