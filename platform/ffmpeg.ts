import './thread-pool.ts';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';

// FFmpeg writes addresses with their passwords, and x264 its statistics, to standard error; what went wrong is in the return codes.
Log.setLevel(AV_LOG_QUIET);
