package io.rebalancer.persistence.readside;

import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.spi.JdbiPlugin;
import org.jspecify.annotations.Nullable;

/** How values are stored in columns, the same way in PostgreSQL and H2. */
final class ColumnTypes implements JdbiPlugin {
    /** Null if the column is. */
    private static final ColumnMapper<@Nullable Instant> INSTANTS = (row, column, context) -> {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    };

    @Override
    public void customizeJdbi(Jdbi jdbi) {
        jdbi.registerArgument(new Texts());
        jdbi.registerArgument(new Instants());
        jdbi.registerColumnMapper(Instant.class, INSTANTS);
    }

    /** PostgreSQL stores no NUL in a text, but users choose the keys of metadata records. */
    private static final class Texts extends AbstractArgumentFactory<String> {
        Texts() {
            super(Types.VARCHAR);
        }

        @Override
        protected Argument build(String value, ConfigRegistry config) {
            String text = value.replace('\0', '\uFFFD');
            return (position, statement, context) -> statement.setString(position, text);
        }
    }

    /** In UTC, because a timestamp in local time is ambiguous when a clock is set back. */
    private static final class Instants extends AbstractArgumentFactory<Instant> {
        Instants() {
            super(Types.TIMESTAMP_WITH_TIMEZONE);
        }

        @Override
        protected Argument build(Instant value, ConfigRegistry config) {
            OffsetDateTime time = value.atOffset(ZoneOffset.UTC);
            return (position, statement, context) -> statement.setObject(position, time);
        }
    }
}
