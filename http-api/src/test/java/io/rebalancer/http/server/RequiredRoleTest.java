package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.access.Role;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The roles of paths as clients may spell them; the contract has the role of each operation. */
class RequiredRoleTest {

    @ParameterizedTest
    @CsvSource({
        "POST, runs/7/act, ADMIN",
        "POST, runs/7/%61ct, ADMIN",
        "POST, runs/7/cancel, OPERATOR",
        "POST, runs, OPERATOR",
        "GET, runs/7, VIEWER",
        "GET, schedule, VIEWER",
        "GET, runs/7/%66indings, OPERATOR",
        "GET, quarantine/1.stor.d, OPERATOR",
        "GET, %71uarantine/1.stor.d, OPERATOR",
        "POST, quarantine/1.stor.d/7/restore, ADMIN",
        "POST, quarantine/1.stor.d/purge, ADMIN",
        "POST, quarantin%65/1.stor.d/7/restore, ADMIN"
    })
    void reconciliationNeedsTheRoleOfWhatItChanges(String method, String path, Role role) {
        String address = "/api/v1/reconciliation/" + path;
        HttpRequest request = method.equals("GET") ? HttpRequest.GET(address) : HttpRequest.POST(address);
        assertThat(RequiredRole.of(request)).isEqualTo(role);
    }
}
