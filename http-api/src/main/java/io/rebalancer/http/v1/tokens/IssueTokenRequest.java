package io.rebalancer.http.v1.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.Role;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.Logins;
import io.rebalancer.http.server.MalformedBody;
import java.util.Set;

/**
 * The body of {@code POST /api/v1/tokens}: {@code {"name":"ci","role":"viewer","expiresInDays":90}}.
 *
 * @param expiresInDays 1 to {@value #MAX_DAYS}
 */
record IssueTokenRequest(String name, Role role, int expiresInDays) {
    static final int DEFAULT_DAYS = 90;
    private static final int MAX_DAYS = 3650;

    static IssueTokenRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        JsonFields.rejectUnknown(request, Set.of("name", "role", "expiresInDays"));
        String name = request.path("name").asText();
        if (!request.path("name").isTextual() || !NewToken.isName(name)) {
            throw new MalformedBody(
                    "name must be 1 to 64 letters, digits, dots, hyphens and underscores, and begin with a"
                            + " letter or a digit");
        }
        if (name.equals(Logins.FILE_USER)) {
            throw new MalformedBody(
                    "name must not be " + name + ": the audit log calls the tokens of the token file so");
        }
        Role role = Role.parse(request.path("role").asText())
                .orElseThrow(() -> new MalformedBody("role must be viewer, operator or admin"));
        return new IssueTokenRequest(name, role, days(request.path("expiresInDays")));
    }

    private static int days(JsonNode days) throws MalformedBody {
        if (days.isMissingNode() || days.isNull()) {
            return DEFAULT_DAYS;
        }
        if (!days.isIntegralNumber() || !days.canConvertToInt() || days.intValue() < 1 || days.intValue() > MAX_DAYS) {
            throw new MalformedBody("expiresInDays must be a whole number from 1 to " + MAX_DAYS + ", not " + days);
        }
        return days.intValue();
    }
}
