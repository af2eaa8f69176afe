package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.port.JobHistory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cursor that no page returned is an error of the client. */
@Tag("slow")
class ListCursorTest extends ReadSideFixture {
    @ParameterizedTest
    @EnumSource
    void aMalformedCursorIsRejected(Database database) throws Exception {
        JobHistory history = open(database).history();
        for (String bad : List.of("x", "", "eA", "MQ MQ", "AAAA/")) {
            assertThatThrownBy(() -> get(history.jobs(Optional.of(bad), 10)))
                    .hasCauseInstanceOf(JobHistory.BadCursor.class);
            assertThatThrownBy(() -> get(history.audit(Optional.of(bad), 10)))
                    .hasCauseInstanceOf(JobHistory.BadCursor.class);
        }
    }
}
