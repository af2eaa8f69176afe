package io.rebalancer.playground;

/** A command-line option has a wrong value, or contradicts another option. The message names the option. */
final class InvalidArgument extends Exception {
    private static final long serialVersionUID = 1L;

    private InvalidArgument(String message) {
        super(message, null, false, false);
    }

    /** @throws InvalidArgument with {@code message} unless the argument is {@code valid} */
    static void unless(boolean valid, String message) throws InvalidArgument {
        if (!valid) {
            throw new InvalidArgument(message);
        }
    }
}
