package io.rebalancer.playground.server;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.api.ErrorCode;

/** The database's errors, with the names and texts that reach a client from a shard on PostgreSQL (manta.md 7.9). */
final class DatabaseErrors {
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");
    /** H2 puts this mark before the part that it can't parse. */
    private static final Pattern UNPARSED = Pattern.compile("\\[\\*\\]\\s*(\\w+|\\S)");
    /** The name of an error of PostgreSQL that Moray passes on. */
    private static final String PASSED_ON = "error";

    private DatabaseErrors() {}

    static RpcFailure of(SQLException failure) {
        String text = String.valueOf(failure.getMessage());
        return switch (failure.getErrorCode()) {
            case ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1,
                    ErrorCode.TABLE_OR_VIEW_NOT_FOUND_WITH_CANDIDATES_2,
                    ErrorCode.TABLE_OR_VIEW_NOT_FOUND_DATABASE_EMPTY_1 ->
                new RpcFailure(PASSED_ON, "relation \"" + first(QUOTED, text) + "\" does not exist");
            case ErrorCode.COLUMN_NOT_FOUND_1 ->
                new RpcFailure(PASSED_ON, "column \"" + first(QUOTED, text) + "\" does not exist");
            case ErrorCode.SYNTAX_ERROR_1, ErrorCode.SYNTAX_ERROR_2 -> {
                String near = first(UNPARSED, text);
                yield new RpcFailure(
                        "InternalError",
                        "Invalid SQL: syntax error at "
                                + (near.isEmpty() ? "end of input" : "or near \"" + near + "\""));
            }
            case ErrorCode.DATABASE_IS_READ_ONLY -> new RpcFailure(PASSED_ON, text);
            default -> new RpcFailure("InternalError", text);
        };
    }

    static RpcFailure missingColumn(String column) {
        return new RpcFailure(PASSED_ON, "column \"" + column + "\" does not exist");
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }
}
