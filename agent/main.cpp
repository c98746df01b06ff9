#include "cli/cli.hpp"
#include "cli/exit.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    try {
        return forager::cli::run(argc, argv);
    } catch (const std::exception& bug) {
        std::cerr << "forager: internal error: " << bug.what() << '\n';
        return forager::cli::Exit::failed;
    }
}
