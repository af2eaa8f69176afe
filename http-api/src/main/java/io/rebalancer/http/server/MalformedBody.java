package io.rebalancer.http.server;

/** A request body has the wrong form. The message names the field and what it must be, in one line. */
public final class MalformedBody extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedBody(String detail) {
        super(detail, null, false, false);
    }
}
