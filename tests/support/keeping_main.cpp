// The tests of kept commands: their keepers are this program in its other mode.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "io/process/kept/keeper.hpp"

int main(int argc, char** argv)
{
    if (forager::is_keeper(argc, argv))
        return forager::run_keeper();
    doctest::Context context;
    context.applyCommandLine(argc, argv);
    return context.run();
}
