package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.http.ApiServer;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.junit.jupiter.api.Test;

/** One client can't take a manager from the others. */
class RateCheckTest {
    private final AtomicLong nanos = new AtomicLong();
    private final RateCheck check = new RateCheck(10, nanos::get);

    private boolean passes(String address, String path) throws Exception {
        HttpRequest request = HttpRequest.GET(path)
                .addAttribute(AttributeKeys.remoteAddress, RemoteAddress.create(InetAddress.getByName(address)));
        return check.refusal(request).isEmpty();
    }

    private int passed(String address, int requests) throws Exception {
        int passed = 0;
        for (int request = 0; request < requests; request++) {
            passed += passes(address, "/api/v1/jobs") ? 1 : 0;
        }
        return passed;
    }

    @Test
    void anAddressMaySendSoManyInASecondAndTwiceAsManyAtOnce() throws Exception {
        assertThat(passed("192.0.2.1", 100)).isEqualTo(20);
        nanos.addAndGet(1_000_000_000L);
        assertThat(passed("192.0.2.1", 100)).isEqualTo(10);
        nanos.addAndGet(3_600_000_000_000L);
        assertThat(passed("192.0.2.1", 100)).isEqualTo(20);
    }

    @Test
    void othersAreNotSlowedDown() throws Exception {
        passed("192.0.2.1", 100);
        passed("2001:db8:1:2::3", 100);
        assertThat(passes("192.0.2.2", "/api/v1/jobs")).isTrue();
        assertThat(passes("2001:db8:1:2::4", "/api/v1/jobs")).isFalse();
        assertThat(passes("2001:db8:1:3::3", "/api/v1/jobs")).isTrue();
    }

    @Test
    void theHealthIsAlwaysAnswered() throws Exception {
        passed("192.0.2.1", 100);
        assertThat(passes("192.0.2.1", "/health/ready")).isTrue();
        assertThat(passes("192.0.2.1", "/api/v1/jobs")).isFalse();
    }

    @Test
    void aRequestTooManyIsAnsweredWithLater() throws Exception {
        ApiServer.serve(
                "manager",
                ApiServer.managerRoutes(new LegacySettings(0, false)),
                plain -> new HttpSettings(
                        plain.host(),
                        plain.port(),
                        false,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(1),
                        List.of()));
        try {
            List<HttpResponse<String>> answers = new ArrayList<>();
            do {
                answers.add(ApiServer.get("/api/v1/jobs"));
            } while (answers.get(answers.size() - 1).statusCode() == 200 && answers.size() < 1000);
            HttpResponse<String> last = answers.get(answers.size() - 1);
            assertThat(last.statusCode()).isEqualTo(429);
            assertThat(last.body()).contains("TOO_MANY_REQUESTS", "more than 1 requests a second");
            assertThat(last.headers().firstValue("Retry-After")).isPresent();
        } finally {
            ApiServer.stop();
        }
    }
}
