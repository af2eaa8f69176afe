package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Driver;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent needs no database, so its class path contains no database library. */
class NoDatabaseTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.h2.Driver",
                "org.postgresql.Driver",
                "org.sqlite.JDBC",
                "slick.jdbc.JdbcProfile",
                "com.zaxxer.hikari.HikariDataSource",
                "org.apache.pekko.persistence.jdbc.journal.JdbcAsyncWriteJournal",
                "org.flywaydb.core.Flyway"
            })
    void noSqlLibraryIsOnTheClassPath(String type) {
        assertThatThrownBy(() -> Class.forName(type)).isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void noDriverIsFound() {
        assertThat(ServiceLoader.load(Driver.class)).isEmpty();
    }
}
